package io.jgemma.cli;

import io.jgemma.cli.io.Console;
import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.DeviceInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program without a command: help, version, and the devices there are. */
@Command(
        name = "jgemma",
        description = "Runs language models from GGUF files.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class)
final class JgemmaCommand implements Runnable {

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli knows by itself that the version was asked for
    private boolean version;

    @Option(names = "--list-devices", description = "Show the GPUs that -ngl can use, with their memory.")
    private boolean listDevices;

    @Spec
    private @Nullable CommandSpec command;

    private final Console console;

    JgemmaCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (listDevices) {
            for (DeviceInfo device : Engine.devices()) {
                console.out()
                        .println(device.number() + ": " + device.name() + ", " + device.kind() + ", "
                                + Sizes.bytes(device.totalBytes()) + ", " + Sizes.bytes(device.freeBytes())
                                + " free");
            }
            console.out().flush();
            return;
        }
        if (command != null) {
            CommandLine line = command.commandLine();
            line.usage(line.getOut());
        }
    }
}
