package io.jgemma.engine.template;

/** Values that have no Java value of their own. */
enum Special {
    /** Python's {@code None}. */
    NONE,
    /** Nothing at all: a variable without a value, an argument not given. Never seen by a template. */
    MISSING
}
