package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The {@code attribute} argument of filters: {@code 'function.name'}, {@code 0}, {@code 'role,content'}. */
final class AttributePath {
    private AttributePath() {}

    /** Follows one path; None is the value itself. */
    static Function<Object, Object> of(Meter meter, Object attribute) {
        return of(meter, attribute, Special.NONE);
    }

    /** Follows one path; an undefined value on the way becomes {@code fallback} unless that is None. */
    static Function<Object, Object> of(Meter meter, Object attribute, Object fallback) {
        List<Object> parts = parts(meter, attribute);
        return item -> {
            Object value = item;
            for (Object part : parts) {
                value = Members.element(meter, value, part);
                if (fallback != Special.NONE && value instanceof Undefined) {
                    value = fallback;
                }
            }
            return value;
        };
    }

    /** Several paths separated by commas. */
    static List<Function<Object, Object>> several(Meter meter, Object attribute) {
        if (!Types.isString(attribute)) {
            return List.of(of(meter, attribute));
        }
        List<Function<Object, Object>> paths = new ArrayList<>();
        String all = Printer.str(meter, attribute);
        for (Splits.Span span : Splits.split(meter, all, ",", -1)) {
            paths.add(of(meter, all.substring(span.from(), span.to())));
        }
        return paths;
    }

    private static List<Object> parts(Meter meter, Object attribute) {
        if (attribute == Special.NONE) {
            return List.of();
        }
        if (!Types.isString(attribute)) {
            return List.of(attribute);
        }
        List<Object> parts = new ArrayList<>();
        String path = Printer.str(meter, attribute);
        for (Splits.Span span : Splits.split(meter, path, ".", -1)) {
            String part = path.substring(span.from(), span.to());
            Number index = Text.all(part, Character::isDigit) ? Numbers.parseInteger(meter, part, 10) : null;
            parts.add(index == null ? part : index);
        }
        return parts;
    }
}
