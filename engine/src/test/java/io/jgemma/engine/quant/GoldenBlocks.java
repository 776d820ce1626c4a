package io.jgemma.engine.quant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Blocks of random bytes, and the values that a reference decoder found in them. */
record GoldenBlocks(String type, int ggufId, int blockSize, int blockBytes, String blocksBase64, String valuesBase64) {

    /** All types of the resource, among them some that jgemma does not decode. */
    static List<GoldenBlocks> all() {
        try (InputStream in = Objects.requireNonNull(GoldenBlocks.class.getResourceAsStream("/quant/blocks.json"))) {
            JsonNode root = new ObjectMapper().readTree(in);
            List<GoldenBlocks> all = new ArrayList<>();
            root.properties().forEach(field -> all.add(read(field.getKey(), field.getValue())));
            return Collections.unmodifiableList(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GoldenBlocks read(String type, JsonNode node) {
        return new GoldenBlocks(
                type,
                node.get("id").asInt(),
                node.get("block_elements").asInt(),
                node.get("block_bytes").asInt(),
                node.get("bytes_base64").asText(),
                node.get("values_f32_base64").asText());
    }

    byte[] blocks() {
        return Base64.getDecoder().decode(blocksBase64);
    }

    int blockCount() {
        return blocks().length / blockBytes;
    }

    /** The bits of the float32 values. */
    int[] valueBits() {
        byte[] values = Base64.getDecoder().decode(valuesBase64);
        int[] bits = new int[values.length / 4];
        ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(bits);
        return bits;
    }

    @Override
    public String toString() {
        return type;
    }
}
