package io.jgemma.cli.machine;

import com.fasterxml.jackson.core.JsonGenerator;
import io.jgemma.cli.io.Build;
import io.jgemma.cli.io.JsonText;
import io.jgemma.cli.io.Sizes;
import io.jgemma.engine.Engine;
import io.jgemma.engine.backend.CpuInfo;
import io.jgemma.engine.backend.DeviceException;
import io.jgemma.engine.backend.DeviceInfo;
import io.jgemma.engine.platform.HostMemory;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What jgemma computes with on this machine, and why.
 *
 * @param cpu processor and kernels
 * @param availableBytes memory that programs can take; empty where the system does not say
 * @param bytesPerSecond a plain read of memory by as many threads as compute
 * @param devices GPUs
 * @param noDevice why there is no GPU; empty where there is one
 */
public record MachineReport(
        CpuInfo cpu, OptionalLong availableBytes, double bytesPerSecond, List<DeviceInfo> devices, String noDevice) {

    /** Asks the system and measures for half a second. */
    public static MachineReport measured() throws InterruptedException {
        CpuInfo cpu = Engine.cpu();
        double speed = MemorySpeed.measure(cpu.threads());
        try {
            return new MachineReport(cpu, HostMemory.availableBytes(), speed, Engine.devices(), "");
        } catch (DeviceException e) {
            return new MachineReport(
                    cpu, HostMemory.availableBytes(), speed, List.of(), String.valueOf(e.getMessage()));
        }
    }

    /** For people. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "jgemma", Build.version());
        line(out, "Java", Runtime.version() + ", " + System.getProperty("java.vm.vendor", ""));
        line(
                out,
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        line(out, "processor", Processor.name());
        line(
                out,
                "instructions",
                cpu.instructions().isEmpty()
                        ? "none that kernels are assembled for"
                        : String.join(", ", cpu.instructions()));
        line(out, "threads", cpu.threads() + " compute; the process may use " + cpu.processors() + " processors");
        line(out, "kernels", cpu.kernels());
        line(out, "", cpu.reason());
        line(out, "memory", availableBytes.isPresent() ? Sizes.bytes(availableBytes.getAsLong()) + " available" : "?");
        line(
                out,
                "plain read",
                String.format(Locale.ROOT, "%.1f GB/s with %d threads", bytesPerSecond / 1e9, cpu.threads()));
        devices.forEach(device -> line(
                out,
                "GPU " + device.number(),
                device.name() + ", " + device.kind() + ", " + Sizes.bytes(device.totalBytes()) + ", "
                        + Sizes.bytes(device.freeBytes()) + " free"));
        if (devices.isEmpty()) {
            line(out, "GPU", noDevice);
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-13s %s%n", name, value));
    }

    /** As one JSON object. */
    public String json() {
        return JsonText.indented(json -> {
            json.writeStartObject();
            json.writeStringField("jgemma", Build.version());
            json.writeStringField("java", Runtime.version().toString());
            json.writeStringField("os", System.getProperty("os.name"));
            json.writeStringField("arch", System.getProperty("os.arch"));
            json.writeStringField("cpu", Processor.name());
            json.writeArrayFieldStart("instructions");
            for (String each : cpu.instructions()) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeNumberField("processors", cpu.processors());
            json.writeNumberField("threads", cpu.threads());
            json.writeStringField("kernels", cpu.kernels());
            json.writeStringField("reason", cpu.reason());
            if (availableBytes.isPresent()) {
                json.writeNumberField("memory_available_bytes", availableBytes.getAsLong());
            }
            json.writeNumberField("memory_read_bytes_per_second", Math.round(bytesPerSecond));
            devices(json);
            json.writeEndObject();
        });
    }

    private void devices(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("gpus");
        for (DeviceInfo device : devices) {
            json.writeStartObject();
            json.writeNumberField("number", device.number());
            json.writeStringField("name", device.name());
            json.writeStringField("kind", device.kind());
            json.writeNumberField("total_bytes", device.totalBytes());
            json.writeNumberField("free_bytes", device.freeBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
