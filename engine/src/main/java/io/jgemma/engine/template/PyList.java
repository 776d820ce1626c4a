package io.jgemma.engine.template;

import java.util.List;

/**
 * A Python list. The sandbox lets no template change one, so it is immutable.
 *
 * @param items the elements
 */
record PyList(List<Object> items) implements PySequence {}
