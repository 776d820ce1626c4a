/** The code rules, checked over the classes and the sources of all modules. Imports nothing of jgemma. */
@NullMarked
package io.jgemma.house;

import org.jspecify.annotations.NullMarked;
