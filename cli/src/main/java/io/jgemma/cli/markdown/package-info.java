/** Shows Markdown on a terminal while it is written: words wrap whole, emphasis, code and lists have looks. */
@NullMarked
package io.jgemma.cli.markdown;

import org.jspecify.annotations.NullMarked;
