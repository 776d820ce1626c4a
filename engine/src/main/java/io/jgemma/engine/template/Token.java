package io.jgemma.engine.template;

/**
 * One token of a template.
 *
 * @param type what it is
 * @param text template data, the name, the operator or the unescaped string
 * @param number a {@link Long}, {@link java.math.BigInteger} or {@link Double} for numbers, else 0
 * @param line line in the source, from 1
 */
record Token(Type type, String text, Number number, int line) {

    enum Type {
        DATA("template data / text"),
        VARIABLE_BEGIN("begin of print statement"),
        VARIABLE_END("end of print statement"),
        BLOCK_BEGIN("begin of statement block"),
        BLOCK_END("end of statement block"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        EOF("end of template"),
        /** The source goes on with something that is no token; the text is the message. */
        ERROR("error");

        private final String description;

        Type(String description) {
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    static Token of(Type type, String text, int line) {
        return new Token(type, text, 0L, line);
    }

    boolean isName(String name) {
        return type == Type.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return type == Type.OPERATOR && text.equals(operator);
    }

    /** How an error message calls this token. */
    String describe() {
        return type == Type.NAME || type == Type.OPERATOR ? text : type.description();
    }
}
