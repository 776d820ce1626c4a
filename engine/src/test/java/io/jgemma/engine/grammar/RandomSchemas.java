package io.jgemma.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random schemas with all keywords that are supported, some of them contradictory. */
final class RandomSchemas {
    private static final List<String> NAMES = List.of("a", "b", "ab", "x", "é");
    private static final List<String> PATTERNS =
            List.of("^a", "b$", "^[ab]{1,3}$", "a|b", "^(?!ab)", "[0-9]", "^$", "\\\\w+", "^\\\\p{L}*$");
    private static final List<String> FORMATS =
            List.of("date", "time", "date-time", "duration", "email", "uri", "uuid", "ipv4", "ipv6", "hostname");
    private static final List<String> VALUES = List.of(
            "null", "true", "false", "0", "1", "-1.5", "10", "\"\"", "\"a\"", "\"ab\"", "[]", "[1]", "{}", "{\"a\":1}");

    private final Random random;

    RandomSchemas(long seed) {
        random = new Random(seed);
    }

    /** The text of a schema. */
    String next() {
        return schema(0);
    }

    private String schema(int depth) {
        if (random.nextInt(12) == 0) {
            return random.nextBoolean() ? "{}" : String.valueOf(random.nextInt(4) > 0);
        }
        List<String> keywords = new ArrayList<>();
        if (random.nextInt(4) > 0) {
            keywords.add("\"type\":" + type());
        }
        for (int count = random.nextInt(4); count >= 0; count--) {
            keywords.add(keyword(depth));
        }
        List<String> distinct = new ArrayList<>();
        for (String keyword : keywords) {
            String name = keyword.substring(0, keyword.indexOf(':'));
            if (distinct.stream().noneMatch(other -> other.startsWith(name + ":"))) {
                distinct.add(keyword);
            }
        }
        return "{" + String.join(",", distinct) + "}";
    }

    private String type() {
        List<String> types = List.of("null", "boolean", "integer", "number", "string", "array", "object");
        String one = "\"" + pick(types) + "\"";
        return random.nextInt(4) > 0 ? one : "[" + one + ",\"string\"]";
    }

    private String pick(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }

    private int small() {
        return random.nextInt(4);
    }

    private String keyword(int depth) {
        boolean leaf = depth >= 3;
        return switch (random.nextInt(leaf ? 11 : 27)) {
            case 0 -> "\"minimum\":" + (random.nextInt(40) - 20) / 2.0;
            case 1 -> "\"exclusiveMaximum\":" + random.nextInt(30);
            case 2 -> "\"multipleOf\":" + pick(List.of("1", "2", "0.5", "3", "0.01"));
            case 3 -> "\"minLength\":" + small();
            case 4 -> "\"maxLength\":" + small();
            case 5 -> "\"pattern\":\"" + pick(PATTERNS) + "\"";
            case 6 -> "\"format\":\"" + pick(FORMATS) + "\"";
            case 7 -> "\"enum\":[" + pick(VALUES) + "," + pick(VALUES) + "]";
            case 8 -> "\"const\":" + pick(VALUES);
            case 9 -> "\"maximum\":" + random.nextInt(20);
            case 10 -> "\"required\":[\"" + pick(NAMES) + "\"]";
            case 11 -> "\"maxItems\":" + small();
            case 12 -> "\"minItems\":" + random.nextInt(2);
            case 13 -> "\"items\":" + schema(depth + 1);
            case 14 -> "\"prefixItems\":[" + schema(depth + 1) + "]";
            case 15 -> "\"contains\":" + schema(depth + 1);
            case 16, 17 ->
                "\"properties\":{\"a\":" + schema(depth + 1) + ",\"" + pick(NAMES.subList(1, 5)) + "\":"
                        + schema(depth + 1) + "}";
            case 18 -> "\"additionalProperties\":" + schema(depth + 1);
            case 19 -> "\"patternProperties\":{\"" + pick(PATTERNS) + "\":" + schema(depth + 1) + "}";
            case 20 -> "\"propertyNames\":" + schema(depth + 1);
            case 21 -> "\"maxProperties\":" + small();
            case 22 -> "\"minProperties\":" + random.nextInt(3);
            case 23 -> "\"allOf\":[" + schema(depth + 1) + "," + schema(depth + 1) + "]";
            case 24 ->
                "\"" + (random.nextBoolean() ? "anyOf" : "oneOf") + "\":[" + schema(depth + 1) + "," + schema(depth + 1)
                        + "]";
            case 25 -> "\"not\":" + schema(depth + 1);
            default -> "\"if\":" + schema(depth + 1) + ",\"then\":" + schema(depth + 1);
        };
    }
}
