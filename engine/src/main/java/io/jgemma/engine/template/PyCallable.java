package io.jgemma.engine.template;

/** A value that can be called. */
interface PyCallable {

    /** What Python calls its type. */
    String typeName();

    /** What Python would print for it, less any address. */
    String describe();

    Object call(Interpreter in, Args args);
}
