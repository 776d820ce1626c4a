@NullMarked
package io.jgemma.engine.chat;

import org.jspecify.annotations.NullMarked;
