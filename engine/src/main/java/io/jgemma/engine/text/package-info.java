/**
 * Text to token ids and back: SentencePiece and byte-level BPE vocabularies read from GGUF metadata, and the decoder
 * that turns a stream of ids into text. May import {@code gguf} only.
 */
@NullMarked
package io.jgemma.engine.text;

import org.jspecify.annotations.NullMarked;
