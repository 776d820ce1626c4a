/** The commands that do one thing and end. */
@NullMarked
package io.jgemma.cli.command;

import org.jspecify.annotations.NullMarked;
