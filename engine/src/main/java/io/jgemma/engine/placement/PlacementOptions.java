package io.jgemma.engine.placement;

import io.jgemma.engine.backend.KernelSet;
import io.jgemma.engine.backend.OperationProfile;
import io.jgemma.engine.cpu.CpuBackend;
import io.jgemma.engine.plan.LoadListener;
import io.jgemma.engine.plan.Offload;
import io.jgemma.engine.quant.QuantType;
import org.jspecify.annotations.Nullable;

/**
 * Where layers are to run, and what has to fit there.
 *
 * @param offload which layers run on devices
 * @param kernels CPU kernels
 * @param threads CPU threads; 0 = physical cores
 * @param placing where the CPU has weights
 * @param keyType how K is cached
 * @param valueType how V is cached
 * @param contextTokens tokens of a session; 0 = what the model was trained for
 * @param microBatchTokens rows computed together at most
 * @param listener told how loading goes
 * @param profile adds up what the CPU does; null = nobody does
 */
public record PlacementOptions(
        Offload offload,
        KernelSet kernels,
        int threads,
        CpuBackend.Placing placing,
        QuantType keyType,
        QuantType valueType,
        int contextTokens,
        int microBatchTokens,
        LoadListener listener,
        @Nullable OperationProfile profile) {}
