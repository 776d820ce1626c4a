package io.jgemma.engine.kv;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The pages and recent tiles that a sequence holds in all groups. */
record HeldPages(List<KvTable> tables) {

    List<Buffer> buffers() {
        List<Buffer> held = new ArrayList<>();
        for (KvTable table : tables) {
            for (int i = table.pages().first(); i < table.pages().end(); i++) {
                held.add(table.page(i));
            }
            for (int i : table.tiles().indexes()) {
                held.add(table.recentTile(i));
            }
        }
        return held;
    }

    /** Changes with any bit of what is held. */
    long checksum(Backend backend) {
        CRC32C crc = new CRC32C();
        for (Buffer buffer : buffers()) {
            Tensor words = new Tensor(QuantTypes.F32, 1, buffer.byteSize() / 4, buffer, 0);
            crc.update(backend.read(words).asByteBuffer());
        }
        return crc.getValue();
    }
}
