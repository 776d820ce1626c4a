/**
 * Chat templates: an engine for the Jinja2 template language with Python's value semantics, sandboxed and bounded.
 * May import {@code text} only.
 */
@NullMarked
package io.jgemma.engine.template;

import org.jspecify.annotations.NullMarked;
