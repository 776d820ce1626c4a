/** The {@code grammar} command. */
@NullMarked
package io.jgemma.cli.grammar;

import org.jspecify.annotations.NullMarked;
