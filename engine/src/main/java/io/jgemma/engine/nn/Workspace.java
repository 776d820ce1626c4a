package io.jgemma.engine.nn;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.memory.Cleanup;
import io.jgemma.engine.quant.QuantTypes;
import io.jgemma.engine.tensor.Buffer;
import io.jgemma.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The working buffers of one decoder, each made once for the largest step. Blocks that are never busy at the same time
 * share a buffer by its name.
 */
public final class Workspace implements AutoCloseable {

    private final Backend backend;
    private final int maxRows;
    private final List<Rows> buffers = new ArrayList<>();
    private final List<Growing> growing = new ArrayList<>();

    /** A workspace for steps of at most {@code maxRows} rows. */
    public Workspace(Backend backend, int maxRows) {
        this.backend = backend;
        this.maxRows = maxRows;
    }

    /** The most rows of a step. */
    public int maxRows() {
        return maxRows;
    }

    /** The F32 buffer of a name and width; the same one for the same arguments. */
    public Rows rows(String name, int columns) {
        return rows(name, maxRows, columns);
    }

    /** As {@link #rows(String, int)}, for at most {@code rows} rows. */
    public Rows rows(String name, int rows, int columns) {
        for (Rows buffer : buffers) {
            if (buffer.name.equals(name) && buffer.columns == columns) {
                return buffer;
            }
        }
        Buffer memory = backend.allocate((long) rows * columns * Float.BYTES);
        Rows made = new Rows(name, columns, new Tensor(QuantTypes.F32, rows, columns, memory, 0));
        buffers.add(made);
        return made;
    }

    /** A buffer of no name for results whose width the caller chooses; it takes memory when it is first used. */
    public Growing growing() {
        Growing made = new Growing();
        growing.add(made);
        return made;
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        buffers.forEach(each -> cleanup.add(each.all.buffer()::close));
        growing.forEach(each -> cleanup.add(each::close));
        buffers.clear();
        growing.clear();
        cleanup.run();
    }

    /** One buffer as large as the largest it was asked for. */
    public final class Growing {
        private @Nullable Tensor view;

        private Growing() {}

        /** F32 [rows, columns], content undefined; the same object as long as neither changes. Earlier ones are void. */
        public Tensor of(int rows, int columns) {
            Tensor before = view;
            if (before != null && before.rows() == rows && before.columns() == columns) {
                return before;
            }
            long bytes = (long) rows * columns * Float.BYTES;
            Buffer memory = before == null ? null : before.buffer();
            if (memory == null || memory.byteSize() < bytes) {
                close();
                memory = backend.allocate(bytes);
            }
            Tensor made = new Tensor(QuantTypes.F32, rows, columns, memory, 0);
            view = made;
            return made;
        }

        private void close() {
            Tensor before = view;
            view = null;
            if (before != null) {
                before.buffer().close();
            }
        }
    }

    /** A buffer that is seen with as many rows as the step has. */
    public static final class Rows {
        private final String name;
        private final int columns;
        private final Tensor all;
        private Tensor view;

        private Rows(String name, int columns, Tensor all) {
            this.name = name;
            this.columns = columns;
            this.all = all;
            this.view = all;
        }

        /** The first {@code rows} rows; the same object as long as the number does not change. */
        public Tensor first(int rows) {
            if (view.rows() != rows) {
                view = all.slice(0, rows);
            }
            return view;
        }
    }
}
