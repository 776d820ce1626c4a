package io.jgemma.engine.template;

import java.math.BigInteger;

/** What Python calls the type of a value. */
final class Types {
    private Types() {}

    static String name(Object value) {
        return switch (value) {
            case Special ignored -> "NoneType";
            case Boolean ignored -> "bool";
            case Long ignored -> "int";
            case BigInteger ignored -> "int";
            case Double ignored -> "float";
            case String ignored -> "str";
            case Traced ignored -> "str";
            case Markup ignored -> "Markup";
            case PyList ignored -> "list";
            case PyTuple tuple -> tuple.group() ? "_GroupTuple" : "tuple";
            case PyDict ignored -> "dict";
            case PyRange ignored -> "range";
            case PyView view -> view.part().typeName();
            case PyIterator iterator -> iterator.typeName();
            case Undefined ignored -> "Undefined";
            case Namespace ignored -> "TemplateNamespace";
            case PyCallable callable -> callable.typeName();
            default -> value.getClass().getSimpleName();
        };
    }

    /** With the module for types that are not built in. */
    static String qualifiedName(Object value) {
        String name = name(value);
        return switch (name) {
            case "Markup" -> "markupsafe.Markup";
            case "_GroupTuple" -> "jinja2.filters._GroupTuple";
            case "Undefined", "LoopContext", "Macro", "BlockReference", "TemplateReference" -> "jinja2.runtime." + name;
            case "Cycler", "Joiner" -> "jinja2.utils." + name;
            case "TemplateNamespace" -> "transformers.utils.chat_template_utils." + name;
            default -> name;
        };
    }

    static boolean isString(Object value) {
        return value instanceof String || value instanceof Traced || value instanceof Markup;
    }

    /** Whether the value is a string of these characters. */
    static boolean isText(Object value, String text) {
        return isString(value) && Traced.text(value).equals(text);
    }

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }
}
