/** {@code jgemma serve}: the options of the server, its log and the line at the terminal. */
@NullMarked
package io.jgemma.cli.serve;

import org.jspecify.annotations.NullMarked;
