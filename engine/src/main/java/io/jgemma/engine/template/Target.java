package io.jgemma.engine.template;

import java.util.List;

/** What can be assigned to. */
sealed interface Target {

    record Variable(String name) implements Target {}

    record Unpack(List<Target> targets) implements Target {}

    /** An attribute of a namespace. */
    record Member(String namespace, String attribute) implements Target {}
}
