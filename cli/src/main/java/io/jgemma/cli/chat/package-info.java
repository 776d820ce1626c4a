/** The conversation in a terminal: reading messages, slash commands, answers, tool rounds, saving and loading. */
@NullMarked
package io.jgemma.cli.chat;

import org.jspecify.annotations.NullMarked;
