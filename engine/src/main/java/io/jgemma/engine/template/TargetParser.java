package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Parses what is assigned to, by {@code set}, {@code for} and {@code with}, and names of macros and parameters. */
final class TargetParser {
    private final TokenStream stream;
    private final ExpressionParser expressions;

    TargetParser(TokenStream stream, ExpressionParser expressions) {
        this.stream = stream;
        this.expressions = expressions;
    }

    /** A target of {@code set}, {@code for} or {@code with}. */
    Target parse(boolean namespaces) {
        int line = stream.line();
        List<Target> targets = new ArrayList<>();
        boolean isTuple = false;
        while (true) {
            if (!targets.isEmpty()) {
                stream.expectOperator(",");
            }
            if (expressions.tupleEnds()) {
                break;
            }
            targets.add(simpleTarget(namespaces));
            if (!stream.isOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple && targets.isEmpty()) {
            throw PyError.syntax(
                    "Expected an expression, got "
                            + Printer.quote(stream.current().describe()),
                    line);
        }
        return isTuple ? new Target.Unpack(targets) : targets.getFirst();
    }

    private Target simpleTarget(boolean namespaces) {
        if (namespaces
                && stream.is(Token.Type.NAME)
                && stream.look().isOperator(".")
                && !isReserved(stream.current().text())) {
            String namespace = stream.next().text();
            stream.next();
            return new Target.Member(namespace, stream.expect(Token.Type.NAME).text());
        }
        int line = stream.line();
        return assignable(expressions.operands().primary(), line);
    }

    private static Target assignable(Expr value, int line) {
        return switch (value) {
            case Expr.Name name -> new Target.Variable(name.name());
            case Expr.TupleOf tuple ->
                new Target.Unpack(tuple.items().stream()
                        .map(item -> assignable(item, line))
                        .toList());
            default -> throw PyError.syntax("can't assign to '" + kind(value) + "'", line);
        };
    }

    private static String kind(Expr value) {
        return switch (value) {
            case Expr.ListOf ignored -> "list";
            case Expr.DictOf ignored -> "dict";
            case Expr.Const ignored -> "const";
            default -> "expression";
        };
    }

    /** The name of a macro or parameter. */
    String newName() {
        Token token = stream.expect(Token.Type.NAME);
        if (isReserved(token.text())) {
            throw PyError.syntax("can't assign to 'name'", token.line());
        }
        return token.text();
    }

    private static boolean isReserved(String name) {
        return switch (name) {
            case "true", "false", "none", "True", "False", "None" -> true;
            default -> false;
        };
    }
}
