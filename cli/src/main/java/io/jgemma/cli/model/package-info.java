/** What several commands do with a model: opening it, naming it, showing its tokens. */
@NullMarked
package io.jgemma.cli.model;

import org.jspecify.annotations.NullMarked;
