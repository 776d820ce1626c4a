package io.jgemma.engine.text;

import java.util.Random;

/** Difficult strings: all scripts, combining marks, joiners, mixed line ends and spaces, quotes, digits, control characters. */
final class RandomText {
    private static final int[][] RANGES = {
        {0x00, 0x20},
        {0x20, 0x7F},
        {0x80, 0x250},
        {0x300, 0x370},
        {0x370, 0x600},
        {0x600, 0x700},
        {0x900, 0xA00},
        {0xE00, 0xE80},
        {0x1100, 0x1200},
        {0x1E00, 0x2000},
        {0x2000, 0x2070},
        {0x2150, 0x2190},
        {0x3000, 0x3100},
        {0x4E00, 0x5000},
        {0xAC00, 0xAD00},
        {0xE000, 0xE010},
        {0xFB00, 0xFB50},
        {0xFE00, 0xFFFF},
        {0x10400, 0x10450},
        {0x1D400, 0x1D500},
        {0x1F1E6, 0x1F200},
        {0x1F300, 0x1F700},
        {0x20000, 0x20100},
        {0xE0000, 0xE0080},
        {0x10FF00, 0x110000}
    };
    private static final String[] SNIPPETS = {
        " ",
        "  ",
        "   ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        " \n",
        "\n ",
        "\u00A0",
        "\u3000",
        "\u0085",
        "\u2028",
        "\u000B",
        "'",
        "'s",
        "'S",
        "'\u017F",
        "'ll",
        "'LL",
        "'Re",
        "'ve",
        "'d",
        "''",
        "don't",
        "a",
        "the",
        "The",
        "HELLO",
        "x",
        "1",
        "12",
        "1234",
        "\u0663\u0664",
        "\u00BD",
        "\u2167",
        ".",
        "...",
        "!?",
        "--",
        "->",
        "<",
        ">",
        "<|",
        "|>",
        "{\"a\":[",
        "e\u0301",
        "o\u0323\u0302",
        "\u0302\u0323",
        "\u1112\u1161\u11AB",
        "\uFB01",
        "\u212B",
        "\u4F60\u597D",
        "\uD83D\uDE42",
        "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
        "\uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08",
        "\u200B",
        "\uFEFF",
        "\uFFFD",
        "<0x0A>",
        "</s>",
        "[INST]",
        "#",
        "$5",
        "a_b",
        "http://a.b/c?d=%20"
    };

    private final Random random;

    RandomText(long seed) {
        random = new Random(seed);
    }

    /** The next string, well-formed UTF-16, without U+2581 (which SentencePiece cannot tell from a space). */
    String next() {
        int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 60 : 12);
        int kind = random.nextInt(4);
        int[] range = RANGES[random.nextInt(RANGES.length)];
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            switch (kind) {
                case 0 -> text.append(SNIPPETS[random.nextInt(SNIPPETS.length)]);
                case 1 -> append(text, range);
                case 2 -> append(text, RANGES[random.nextInt(RANGES.length)]);
                default -> {
                    if (random.nextBoolean()) {
                        text.append(SNIPPETS[random.nextInt(SNIPPETS.length)]);
                    } else {
                        append(text, range);
                    }
                }
            }
        }
        return text.toString();
    }

    private void append(StringBuilder text, int[] range) {
        text.appendCodePoint(range[0] + random.nextInt(range[1] - range[0]));
    }
}
