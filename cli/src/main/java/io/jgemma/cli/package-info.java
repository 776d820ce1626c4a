/** The program: {@link io.jgemma.cli.Main} picks a command, runs it and says what went wrong. */
@NullMarked
package io.jgemma.cli;

import org.jspecify.annotations.NullMarked;
