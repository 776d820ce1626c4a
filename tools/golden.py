#!/usr/bin/env python3
"""Writes a tiny model of random weights and what Hugging Face transformers computes with it, for ArchitectureContractTest.

    pip install torch transformers gguf numpy
    tools/golden.py olmo2          writes models/src/test/resources/golden/olmo2-tiny-q4_0.{gguf,json}

Matrices are rounded to Q4_0 first, and transformers gets the rounded values, in float32 on the CPU. So nothing but the arithmetic
can differ. The vocabulary is that of the Llama fixture. To add a family, write a function that returns its transformers model,
the metadata of its file and the names of its tensors, and add it to FAMILIES.

The JSON has:

    model, reference            the file, and who computed
    tokens                      the prompt: token ids
    vocab                       number of logits
    logits_last_f32_base64      logits behind the last token, little-endian float32
    logits_middle_position      an index into tokens
    logits_middle_f32_base64    logits behind that token
    top10_last                  the ten greatest logits behind the last token: [id, logit]
    greedy                      16 ids that follow greedily
    greedy_least_gap            the least distance between the two greatest logits on that way
    mean_logprob                mean log-probability of each token of the prompt behind those before it

Seeds are tried in turn until the greedy continuation has no near tie, because rounding may decide a tie.
"""
import argparse
import base64
import json
import pathlib

import gguf
import numpy as np
import torch
import transformers

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "models/src/test/resources/golden"
HIDDEN, FEED_FORWARD, HEADS, KV_HEADS, VOCABULARY, CONTEXT = 256, 512, 8, 4, 1024, 8192
HEAD = HIDDEN // HEADS
PROMPT, MIDDLE, ANSWER = 150, 75, 16
LEAST_GAP = 0.02


def common(layers, **more):
    """Configuration that all families share, in transformers' words."""
    return dict(vocab_size=VOCABULARY, hidden_size=HIDDEN, intermediate_size=FEED_FORWARD, num_hidden_layers=layers,
                num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, max_position_embeddings=CONTEXT,
                pad_token_id=0, bos_token_id=1, eos_token_id=1, attn_implementation="eager", **more)


def rope(base):
    return dict(rope_parameters=dict(rope_type="default", rope_theta=float(base)))


ENDS = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
MLP = {"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
ATTENTION = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
             "self_attn.o_proj": "attn_output"}
HEAD_NORMS = {"self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"}


def llama():
    config = transformers.LlamaConfig(**common(2, rms_norm_eps=1e-5, **rope(500_000)))
    names = ATTENTION | MLP | {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
    return transformers.LlamaForCausalLM(config), {"rope.freq_base": 500_000.0}, names


def olmo2():
    config = transformers.Olmo2Config(**common(2, rms_norm_eps=1e-6, **rope(500_000)))
    names = ATTENTION | MLP | HEAD_NORMS | {
        "post_attention_layernorm": "post_attention_norm", "post_feedforward_layernorm": "post_ffw_norm"}
    metadata = {"rope.freq_base": 500_000.0, "attention.layer_norm_rms_epsilon": 1e-6}
    return transformers.Olmo2ForCausalLM(config), metadata, names


def phi3():
    config = transformers.Phi3Config(**common(2, rms_norm_eps=1e-5, sliding_window=64,
                                              original_max_position_embeddings=CONTEXT, **rope(10_000)))
    names = {"self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output", "mlp.gate_up_proj": "ffn_up",
             "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
    metadata = {"rope.freq_base": 10_000.0, "attention.sliding_window": 64}
    return transformers.Phi3ForCausalLM(config), metadata, names


def command_r():
    config = transformers.CohereConfig(**common(2, layer_norm_eps=1e-5, logit_scale=0.25, **rope(10_000)))
    names = ATTENTION | MLP | {"input_layernorm": "attn_norm"}
    metadata = {"rope.freq_base": 10_000.0, "attention.layer_norm_epsilon": 1e-5, "logit_scale": 0.25}
    return transformers.CohereForCausalLM(config), metadata, names


def cohere2():
    config = transformers.Cohere2Config(**common(4, layer_norm_eps=1e-5, logit_scale=0.25, sliding_window=64,
                                                 **rope(50_000)))
    names = ATTENTION | MLP | {"input_layernorm": "attn_norm"}
    metadata = {"rope.freq_base": 50_000.0, "attention.layer_norm_epsilon": 1e-5, "logit_scale": 0.25,
                "attention.sliding_window": 64}
    return transformers.Cohere2ForCausalLM(config), metadata, names


FAMILIES = {"llama": llama, "olmo2": olmo2, "phi3": phi3, "command-r": command_r, "cohere2": cohere2}


def gguf_name(name, names):
    """The tensor of a parameter of transformers' model."""
    module = name.removesuffix(".weight")
    if module in ENDS:
        return ENDS[module] + ".weight"
    layer, part = module.removeprefix("model.layers.").split(".", 1)
    return f"blk.{layer}.{names[part]}.weight"


def interleaved(weight, heads):
    """Rows of Q or K in the order of converters to GGUF for Llama: pairs that RoPE turns lie side by side."""
    return weight.reshape(heads, 2, -1, weight.shape[-1]).swapaxes(1, 2).reshape(weight.shape)


def randomise(model):
    """Random weights, rounded to Q4_0 where they are matrices; the tensors of the file, in the order of transformers'."""
    tensors = {}
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() == 1:
                value.copy_(1 + 0.1 * torch.randn_like(value))
                tensors[name] = (value.numpy().copy(), None)
            else:
                drawn = torch.randn_like(value) * (1.2 / value.shape[-1] ** 0.5)
                blocks = gguf.quants.quantize(drawn.numpy(), gguf.GGMLQuantizationType.Q4_0)
                value.copy_(torch.from_numpy(gguf.quants.dequantize(blocks, gguf.GGMLQuantizationType.Q4_0)))
                tensors[name] = (blocks, gguf.GGMLQuantizationType.Q4_0)
    return tensors


def reference(model, tokens):
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].float()
        logprobs = torch.log_softmax(logits[:-1], -1)[torch.arange(len(tokens) - 1), torch.tensor(tokens[1:])]
        ids, gaps = list(tokens), []
        for _ in range(ANSWER):
            best = torch.topk(model(torch.tensor([ids])).logits[0, -1].float(), 2)
            ids.append(int(best.indices[0]))
            gaps.append(float(best.values[0] - best.values[1]))
    top = torch.topk(logits[-1], 10)
    return {
        "tokens": tokens,
        "vocab": VOCABULARY,
        "logits_last_f32_base64": base64.b64encode(logits[-1].numpy().astype("<f4").tobytes()).decode(),
        "logits_middle_position": MIDDLE,
        "logits_middle_f32_base64": base64.b64encode(logits[MIDDLE].numpy().astype("<f4").tobytes()).decode(),
        "top10_last": [[int(i), float(v)] for i, v in zip(top.indices, top.values)],
        "greedy": ids[len(tokens):],
        "greedy_least_gap": min(gaps),
        "mean_logprob": float(logprobs.mean()),
    }


def write(family, metadata, names, tensors, path):
    writer = gguf.GGUFWriter(path, family)
    writer.add_name(f"{family}-tiny-random")
    layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("model.layers."))
    numbers = {"block_count": layers, "context_length": CONTEXT, "embedding_length": HIDDEN,
               "feed_forward_length": FEED_FORWARD, "attention.head_count": HEADS,
               "attention.head_count_kv": KV_HEADS, "rope.dimension_count": HEAD}
    if "attention.layer_norm_epsilon" not in metadata:
        metadata = {"attention.layer_norm_rms_epsilon": 1e-5} | metadata
    for key, value in (numbers | metadata).items():
        add = writer.add_uint32 if isinstance(value, int) else writer.add_float32
        add(f"{family}.{key}", value)
    vocabulary(writer)
    for name, (values, kind) in tensors.items():
        if family == "llama" and name.split(".")[-2] in ("q_proj", "k_proj"):
            heads = HEADS if name.split(".")[-2] == "q_proj" else KV_HEADS
            values = np.ascontiguousarray(interleaved(values, heads))
        writer.add_tensor(gguf_name(name, names), values, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def vocabulary(writer):
    fields = gguf.GGUFReader(GOLDEN / "llama-tiny-q4_0.gguf").fields
    content = {key: field.contents() for key, field in fields.items() if key.startswith("tokenizer.")}
    writer.add_tokenizer_model(content["tokenizer.ggml.model"])
    writer.add_tokenizer_pre(content["tokenizer.ggml.pre"])
    writer.add_token_list(content["tokenizer.ggml.tokens"])
    writer.add_token_types(content["tokenizer.ggml.token_type"])
    writer.add_token_merges(content["tokenizer.ggml.merges"])
    writer.add_bos_token_id(content["tokenizer.ggml.bos_token_id"])
    writer.add_eos_token_id(content["tokenizer.ggml.eos_token_id"])
    writer.add_add_bos_token(content["tokenizer.ggml.add_bos_token"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN, help="folder to write; default: the tests' resources")
    options = parser.parse_args()
    for seed in range(1, 100):
        torch.manual_seed(seed)
        model, metadata, names = FAMILIES[options.family]()
        model.eval()
        tensors = randomise(model)
        tokens = [1] + torch.randint(2, VOCABULARY, (PROMPT - 1,)).tolist()
        result = reference(model, tokens)
        if result["greedy_least_gap"] >= LEAST_GAP:
            break
    path = options.out / f"{options.family}-tiny-q4_0.gguf"
    write(options.family, metadata, names, tensors, path)
    engine = f"Hugging Face transformers {transformers.__version__}, float32, dequantized weights, seed {seed}"
    result = {"model": path.name, "reference": engine} | result
    path.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{path.name}: seed {seed}, least gap {result['greedy_least_gap']:.3f}, mean logprob {result['mean_logprob']:.3f}")


if __name__ == "__main__":
    main()
