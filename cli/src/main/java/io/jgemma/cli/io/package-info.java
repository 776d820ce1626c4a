/** What the commands share about the process they run in: its streams, terminal, arguments and directories. */
@NullMarked
package io.jgemma.cli.io;

import org.jspecify.annotations.NullMarked;
