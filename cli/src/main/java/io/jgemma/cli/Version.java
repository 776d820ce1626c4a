package io.jgemma.cli;

import io.jgemma.cli.io.Build;
import picocli.CommandLine.IVersionProvider;

/** The line that {@code --version} shows. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"jgemma " + Build.version() + ", Java " + Runtime.version()};
    }
}
