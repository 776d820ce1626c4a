package io.jgemma.engine.template;

import io.jgemma.engine.template.TemplateException.Kind;
import org.jspecify.annotations.Nullable;

/** A value that is not there. It prints as nothing, is empty and false; any other use raises its message. */
final class Undefined {
    private final @Nullable String hint;
    private final Object owner;
    private final Object name;
    private final Kind kind;
    private final @Nullable Meter meter;

    private Undefined(@Nullable String hint, Object owner, Object name, Kind kind, @Nullable Meter meter) {
        this.hint = hint;
        this.owner = owner;
        this.name = name;
        this.kind = kind;
        this.meter = meter;
    }

    static Undefined variable(String name) {
        return new Undefined(null, Special.MISSING, name, Kind.UNDEFINED, null);
    }

    static Undefined hint(String hint) {
        return new Undefined(hint, Special.MISSING, "", Kind.UNDEFINED, null);
    }

    /** A missing attribute or element of {@code owner}. */
    static Undefined member(Meter meter, Object owner, Object name) {
        return new Undefined(null, owner, name, Kind.UNDEFINED, meter);
    }

    /** An attribute that the sandbox does not hand out. */
    static Undefined unsafe(Object owner, String name) {
        String hint =
                "access to attribute " + Printer.quote(name) + " of '" + Types.name(owner) + "' object is unsafe.";
        return new Undefined(hint, owner, name, Kind.SECURITY, null);
    }

    /** The error of using this value. */
    PyError error() {
        return new PyError(kind, message());
    }

    private String message() {
        if (hint != null) {
            return hint;
        }
        if (owner == Special.MISSING) {
            return Printer.quote(Traced.text(name)) + " is undefined";
        }
        String type = owner == Special.NONE ? "None" : Types.qualifiedName(owner) + " object";
        if (Types.isString(name)) {
            return Printer.quote(type) + " has no attribute " + Printer.quote(Traced.text(name));
        }
        return type + " has no element " + (meter == null ? "" : Printer.repr(meter, name));
    }
}
