package io.jgemma.engine.template;

import java.util.List;

/** A list or a tuple. */
sealed interface PySequence permits PyList, PyTuple {

    /** The elements, never changed. */
    List<Object> items();
}
