/**
 * Coverage and speed of constrained decoding over public sets of schemas: MaskBench and the JSON-Schema-Test-Suite. Their files are
 * read where they lie and are no part of the project; {@code tools/maskbench.py} runs other engines over the same files.
 */
@NullMarked
package io.jgemma.bench.grammar;

import org.jspecify.annotations.NullMarked;
