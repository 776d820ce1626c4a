package io.jgemma.models;

import io.jgemma.engine.backend.Backend;
import io.jgemma.engine.backend.KvSpan;
import io.jgemma.engine.backend.Ops;
import io.jgemma.engine.gguf.GgufFile;
import io.jgemma.engine.model.Weights;
import io.jgemma.engine.nn.FullAttention;
import io.jgemma.engine.nn.LayerNorm;
import io.jgemma.engine.nn.Linear;
import io.jgemma.engine.nn.RmsNorm;
import io.jgemma.engine.nn.Workspace;
import io.jgemma.engine.spec.Activation;
import io.jgemma.engine.tensor.Tensor;
import io.jgemma.engine.vision.ClipReader;
import io.jgemma.engine.vision.PictureLayout;
import io.jgemma.engine.vision.VisionArchitecture;
import io.jgemma.engine.vision.VisionContext;
import io.jgemma.engine.vision.VisionEncoder;
import io.jgemma.engine.vision.VisionSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The vision tower of Gemma 3 (4B, 12B, 27B): SigLIP with pooled patches. References: Sigmoid Loss for Language Image
 * Pre-Training (Zhai et al., 2023, arXiv:2303.15343), Gemma 3 Technical Report (arXiv:2503.19786) and Hugging Face
 * transformers' {@code modeling_siglip.py} and {@code modeling_gemma3.py}. Against a plain vision transformer:
 *
 * <ul>
 *   <li>no class token: every row is a patch; positions are learned;
 *   <li>the patches of each square of {@code poolSize} are averaged, normalised by an RMSNorm whose weight includes the "+ 1",
 *       and multiplied by a matrix that the file holds transposed;
 *   <li>older files have the two matrices of a feed-forward under each other's names, which their shapes tell.
 * </ul>
 */
public final class Gemma3Vision implements VisionArchitecture {

    private static final int DEFAULT_POOL = 4;

    @Override
    public String projector() {
        return "gemma3";
    }

    @Override
    public VisionSpec spec(GgufFile file) {
        return new ClipReader(file).spec(DEFAULT_POOL);
    }

    @Override
    public PictureLayout layout() {
        return new PictureLayout("<start_of_image>", "\n\n<start_of_image>", "<end_of_image>\n\n");
    }

    @Override
    public VisionEncoder encoder(VisionContext context) {
        return new Tower(context);
    }

    private static final class Tower implements VisionEncoder {

        /** Patches of a pass that small pictures share. */
        private static final int SHARED_PATCHES = 1024;

        /** Rows whose feed-forward is computed together: what it needs stays near the processor. */
        private static final int SLICE_ROWS = 512;

        private final VisionSpec spec;
        private final Backend backend;
        private final Ops ops;
        private final Workspace workspace;
        private final int mostPictures;
        private final Linear patchEmbedding;
        private final Tensor positions;
        private final List<TowerBlock> blocks = new ArrayList<>();
        private final LayerNorm postNorm;
        private final RmsNorm softEmbeddingNorm;
        private final Linear projection;
        private final Workspace.Rows patches;
        private final Workspace.Rows residual;
        private final Workspace.Rows hidden;
        private final Workspace.Rows pooled;
        private final Workspace.Rows corner;
        private final Workspace.Rows rows;

        Tower(VisionContext context) {
            spec = context.spec();
            backend = context.backend();
            ops = context.ops();
            Weights weights = context.weights();
            mostPictures = Math.max(1, SHARED_PATCHES / spec.patches());
            // Weights come before buffers: their shapes are checked, so no buffer is larger than the file justifies.
            patchEmbedding = new Linear(
                    ops,
                    weights.flattened("v.patch_embd.weight", spec.hidden(), spec.patchElements()),
                    weights.vector("v.patch_embd.bias", spec.hidden()));
            positions = weights.floats("v.position_embd.weight", spec.patches(), spec.hidden());
            int maxRows = mostPictures * spec.patches();
            workspace = new Workspace(backend, maxRows);
            boolean complete = false;
            try {
                for (int i = 0; i < spec.blocks(); i++) {
                    blocks.add(new TowerBlock(context, workspace, "v.blk." + i + "."));
                }
                postNorm = context.layerNorm("v.post_ln");
                // Pooling adds instead of averaging: the norm makes up for that but for its epsilon.
                float epsilon = spec.epsilon() * (float) Math.pow(spec.poolSize(), 4);
                softEmbeddingNorm = weights.rmsNorm("mm.soft_emb_norm", spec.hidden(), epsilon);
                projection = new Linear(
                        ops, weights.transposed("mm.input_projection.weight", spec.hidden(), spec.outputs()), null);
                int tokens = mostPictures * spec.tokens();
                patches = workspace.rows("patches", spec.patchElements());
                residual = workspace.rows("residual", spec.hidden());
                hidden = workspace.rows("hidden", spec.hidden());
                pooled = workspace.rows("pooled", tokens, spec.hidden());
                corner = workspace.rows("corner", tokens, spec.hidden());
                rows = workspace.rows("rows", tokens, spec.outputs());
                complete = true;
            } finally {
                if (!complete) {
                    close();
                }
            }
        }

        @Override
        public int mostPictures() {
            return mostPictures;
        }

        @Override
        public Tensor encode(List<float[]> pictures) {
            int count = pictures.size();
            int patchRows = count * spec.patches();
            Tensor x = residual.first(patchRows);
            Tensor h = hidden.first(patchRows);
            Tensor cut = patches.first(patchRows);
            for (int i = 0; i < count; i++) {
                backend.write(
                        cut.buffer(),
                        cut.offsetBytes() + (long) i * spec.patches() * cut.rowBytes(),
                        MemorySegment.ofArray(patches(pictures.get(i))));
            }
            patchEmbedding.apply(x, cut);
            for (int i = 0; i < count; i++) {
                ops.add(x.slice((long) i * spec.patches(), spec.patches()), positions);
            }
            List<KvSpan> groups = FullAttention.groups(count, spec.patches());
            for (TowerBlock block : blocks) {
                block.forward(x, h, groups);
            }
            postNorm.apply(x, x);
            return project(x, count);
        }

        /** The pixels of each patch: F32 [patches, 3 * patchSize * patchSize], colour by colour, row by row. */
        private float[] patches(float[] picture) {
            int size = spec.imageSize();
            int patch = spec.patchSize();
            int side = spec.side();
            float[] cut = new float[spec.patches() * spec.patchElements()];
            for (int i = 0; i < spec.patches(); i++) {
                for (int line = 0; line < VisionSpec.CHANNELS * patch; line++) {
                    int y = i / side * patch + line % patch;
                    int from = (line / patch * size + y) * size + i % side * patch;
                    System.arraycopy(picture, from, cut, i * spec.patchElements() + line * patch, patch);
                }
            }
            return cut;
        }

        private Tensor project(Tensor x, int count) {
            int tokens = count * spec.tokens();
            Tensor sum = pooled.first(tokens);
            Tensor part = corner.first(tokens);
            int pool = spec.poolSize();
            for (int i = 0; i < pool * pool; i++) {
                Tensor to = i == 0 ? sum : part;
                ops.gatherRows(to, x, patchesAt(i / pool, i % pool, count));
                if (i > 0) {
                    ops.add(sum, part);
                }
            }
            softEmbeddingNorm.apply(sum, sum);
            Tensor y = rows.first(tokens);
            projection.apply(y, sum);
            return y;
        }

        /** Of each square that is pooled, the patch in a row and column of it. */
        private int[] patchesAt(int row, int column, int count) {
            int pool = spec.poolSize();
            int squares = spec.side() / pool;
            int[] found = new int[count * spec.tokens()];
            for (int i = 0; i < found.length; i++) {
                int picture = i / spec.tokens();
                int square = i % spec.tokens();
                int y = square / squares * pool + row;
                int x = square % squares * pool + column;
                found[i] = picture * spec.patches() + y * spec.side() + x;
            }
            return found;
        }

        @Override
        public void close() {
            workspace.close();
        }
    }

    /** Norms before: {@code x += attention(norm(x))}, {@code x += mlp(norm(x))}. */
    private static final class TowerBlock {
        private final Ops ops;
        private final LayerNorm attnNorm;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear output;
        private final FullAttention attention;
        private final LayerNorm ffnNorm;
        private final Tensor up;
        private final Tensor upBias;
        private final Linear down;
        private final Workspace.Rows queries;
        private final Workspace.Rows keys;
        private final Workspace.Rows values;
        private final Workspace.Rows inner;

        TowerBlock(VisionContext context, Workspace workspace, String prefix) {
            VisionSpec spec = context.spec();
            Weights weights = context.weights();
            int hidden = spec.hidden();
            ops = context.ops();
            attnNorm = context.layerNorm(prefix + "ln1");
            query = weights.linear(prefix + "attn_q", hidden, hidden);
            key = weights.linear(prefix + "attn_k", hidden, hidden);
            value = weights.linear(prefix + "attn_v", hidden, hidden);
            output = weights.linear(prefix + "attn_out", hidden, hidden);
            attention = new FullAttention(ops, spec.heads(), spec.headDim());
            ffnNorm = context.layerNorm(prefix + "ln2");
            boolean swapped = spec.feedForward() != hidden && weights.columns(prefix + "ffn_down.weight") == hidden;
            String upName = prefix + (swapped ? "ffn_down" : "ffn_up");
            String downName = prefix + (swapped ? "ffn_up" : "ffn_down");
            up = weights.matrix(upName + ".weight", spec.feedForward(), hidden);
            upBias = weights.vector(upName + ".bias", spec.feedForward());
            down = weights.linear(downName, hidden, spec.feedForward());
            queries = workspace.rows("q", hidden);
            keys = workspace.rows("k", hidden);
            values = workspace.rows("v", hidden);
            inner = workspace.rows("inner", Tower.SLICE_ROWS, spec.feedForward());
        }

        /**
         * Runs the block.
         *
         * @param x F32 [rows, hidden], changed
         * @param h F32 [rows, hidden], scratch
         */
        void forward(Tensor x, Tensor h, List<KvSpan> groups) {
            int rows = Math.toIntExact(x.rows());
            Tensor q = queries.first(rows);
            Tensor k = keys.first(rows);
            Tensor v = values.first(rows);
            for (int first = 0; first < rows; first += Tower.SLICE_ROWS) {
                int count = Math.min(Tower.SLICE_ROWS, rows - first);
                Tensor part = h.slice(first, count);
                attnNorm.apply(part, x.slice(first, count));
                query.applyWith(key, value, q.slice(first, count), k.slice(first, count), v.slice(first, count), part);
            }
            attention.apply(h, q, k, v, groups);
            for (int first = 0; first < rows; first += Tower.SLICE_ROWS) {
                int count = Math.min(Tower.SLICE_ROWS, rows - first);
                Tensor part = x.slice(first, count);
                // The queries are done with: their buffer takes what comes out.
                Tensor out = q.slice(first, count);
                output.apply(out, h.slice(first, count));
                ops.add(part, out);
                feedForward(part, out);
            }
        }

        private void feedForward(Tensor x, Tensor h) {
            Tensor wide = inner.first(Math.toIntExact(x.rows()));
            ffnNorm.apply(h, x);
            ops.matmul(wide, up, h);
            ops.activate(wide, upBias, Activation.GELU_TANH);
            down.apply(h, wide);
            ops.add(x, h);
        }
    }
}
