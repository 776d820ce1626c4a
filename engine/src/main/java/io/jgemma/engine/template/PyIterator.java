package io.jgemma.engine.template;

import java.util.Iterator;

/**
 * A Python iterator or generator: it can be gone through once.
 *
 * @param typeName what Python calls its type
 * @param iterator the elements to come
 */
record PyIterator(String typeName, Iterator<Object> iterator) {

    static PyIterator generator(Iterator<Object> iterator) {
        return new PyIterator("generator", iterator);
    }
}
