package io.jgemma.engine.cpu.x86;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;

/** What GNU as makes of the texts of {@link InstructionCases}: one line each, bytes in hexadecimal, a tab, the text. */
final class InstructionTable {

    private InstructionTable() {}

    static Map<String, byte[]> load() throws IOException {
        Map<String, byte[]> table = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(
                        InstructionTable.class.getResourceAsStream("instructions.tsv"), "instructions.tsv");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    int tab = line.indexOf('\t');
                    table.put(line.substring(tab + 1), HexFormat.of().parseHex(line.substring(0, tab)));
                }
            }
        }
        return table;
    }
}
