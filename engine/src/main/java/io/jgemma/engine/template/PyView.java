package io.jgemma.engine.template;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code dict.keys()}, {@code values()} and {@code items()} return.
 *
 * @param part which of the three
 * @param dict the dict looked at
 */
record PyView(Part part, PyDict dict) {

    enum Part {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Part(String typeName) {
            this.typeName = typeName;
        }

        String typeName() {
            return typeName;
        }
    }

    List<Object> items() {
        List<Object> items = new ArrayList<>(dict.size());
        for (PyDict.Entry entry : dict.entries()) {
            items.add(
                    switch (part) {
                        case KEYS -> entry.key();
                        case VALUES -> entry.value();
                        case ITEMS -> PyTuple.of(entry.key(), entry.value());
                    });
        }
        return items;
    }
}
