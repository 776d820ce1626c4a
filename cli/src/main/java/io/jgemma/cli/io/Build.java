package io.jgemma.cli.io;

import java.util.Optional;

/** What was built. */
public final class Build {
    private Build() {}

    /** The version, as the module or the jar's manifest says; {@code "development"} where neither does. */
    public static String version() {
        return Optional.ofNullable(Build.class.getModule().getDescriptor())
                .flatMap(module -> module.rawVersion())
                .or(() -> Optional.ofNullable(Build.class.getPackage().getImplementationVersion()))
                .orElse("development");
    }
}
