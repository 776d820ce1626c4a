/** Tools that a model may call: the file that lists them, and the programs that answer. */
@NullMarked
package io.jgemma.cli.tools;

import org.jspecify.annotations.NullMarked;
