/**
 * How an answer is made: tokens are chosen from logits, become text, reasoning and tool calls, and each becomes an event
 * that any number of readers see.
 */
@NullMarked
package io.jgemma.engine.answer;

import org.jspecify.annotations.NullMarked;
