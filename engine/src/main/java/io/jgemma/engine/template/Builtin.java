package io.jgemma.engine.template;

/**
 * A function or method of the engine itself.
 *
 * @param typeName what Python calls its type
 * @param name its name
 * @param body what it does
 */
record Builtin(String typeName, String name, Body body) implements PyCallable {

    /** What a builtin does. */
    interface Body {
        Object call(Interpreter in, Args args);
    }

    static Builtin function(String name, Body body) {
        return new Builtin("function", name, body);
    }

    static Builtin method(String name, Body body) {
        return new Builtin("builtin_function_or_method", name, body);
    }

    @Override
    public String describe() {
        return typeName.equals("function") ? "<function " + name + ">" : "<built-in method " + name + ">";
    }

    @Override
    public Object call(Interpreter in, Args args) {
        return body.call(in, args);
    }
}
