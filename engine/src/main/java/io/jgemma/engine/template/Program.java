package io.jgemma.engine.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed and checked template.
 *
 * @param statements its statements
 * @param scopes its scopes
 * @param blocks its blocks by name
 */
record Program(List<Stmt> statements, Scopes scopes, Map<String, Stmt.Block> blocks) {

    static Program parse(String source, Meter meter) {
        List<Stmt> statements = Parser.parse(Lexer.tokenize(source), meter);
        Checker.check(statements, meter);
        Map<String, Stmt.Block> blocks = new HashMap<>();
        new Walker(meter) {
            @Override
            void statement(Stmt statement) {
                if (statement instanceof Stmt.Block block) {
                    blocks.put(block.name(), block);
                }
                super.statement(statement);
            }
        }.statements(statements);
        return new Program(statements, Scopes.of(statements, meter), blocks);
    }
}
