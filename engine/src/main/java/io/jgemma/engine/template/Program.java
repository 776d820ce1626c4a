package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed and checked template.
 *
 * @param statements its statements
 * @param scopes its scopes
 * @param blocks its blocks by name
 * @param warnings known mistakes in it
 */
record Program(List<Stmt> statements, Scopes scopes, Map<String, Stmt.Block> blocks, List<String> warnings) {

    static Program parse(String source, Meter meter) {
        List<Stmt> statements = Parser.parse(Lexer.tokenize(source), meter);
        Checker.check(statements, meter);
        Survey survey = new Survey(meter);
        survey.statements(statements);
        return new Program(statements, Scopes.of(statements, meter), survey.blocks, List.copyOf(survey.warnings));
    }

    /** Collects blocks and known mistakes. */
    private static final class Survey extends Walker {
        private final Map<String, Stmt.Block> blocks = new HashMap<>();
        private final List<String> warnings = new ArrayList<>();

        Survey(Meter meter) {
            super(meter);
        }

        @Override
        void statement(Stmt statement) {
            if (statement instanceof Stmt.Block block) {
                blocks.put(block.name(), block);
            }
            super.statement(statement);
        }

        /** A widespread Gemma template writes {@code %sr} where it means {@code %r}. */
        @Override
        void filter(Expr.Filter filter) {
            if (filter.name().equals("format")
                    && filter.target() instanceof Expr.Const format
                    && Types.isText(format.value(), "%sr")) {
                warnings.add(
                        "line " + filter.line() + ": \"%sr\" | format prints a stray letter r behind each argument of"
                                + " a tool call, where \"%r\" would print it as a Python literal");
            }
        }
    }
}
