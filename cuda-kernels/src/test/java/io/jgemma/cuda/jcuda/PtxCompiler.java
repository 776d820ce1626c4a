package io.jgemma.cuda.jcuda;

import java.nio.charset.StandardCharsets;
import java.util.function.BinaryOperator;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's PTX compiler of CUDA 12.0, which lies inside JCuda's native library: (PTX, target) to what it says. */
public final class PtxCompiler implements BinaryOperator<String> {

    /** {@code target}: e.g. {@code "sm_86"}. The log of registers and spills; throws with the errors. */
    @Override
    public String apply(String ptx, String target) {
        JNvPTXCompiler.setExceptionsEnabled(false);
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        check(JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text), "create");
        try {
            String[] options = {"--gpu-name=" + target, "--verbose"};
            int code = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
            long[] size = {0};
            if (code != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
                byte[] log = new byte[(int) size[0] + 1];
                JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, log);
                throw new AssertionError(target + ": " + text(log));
            }
            check(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size), "size of the log");
            byte[] log = new byte[(int) size[0] + 1];
            check(JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log), "log");
            return text(log);
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }

    private static String text(byte[] zeroTerminated) {
        return new String(zeroTerminated, StandardCharsets.US_ASCII)
                .replace("\0", "")
                .strip();
    }

    private static void check(int code, String what) {
        if (code != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            throw new AssertionError("PTX compiler, " + what + ": " + nvPTXCompileResult.stringFor(code));
        }
    }
}
