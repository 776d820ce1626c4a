#!/usr/bin/env python3
"""Writes a Gemma 3 projector of random weights and the rows that transformers computes with it.

    pip install torch transformers gguf numpy pillow
    tools/vision-reference.py --layers 4 --out ~/.cache/jgemma/models/vision-4
    tools/vision-reference.py --layers 27 --out ~/.cache/jgemma/models/vision-27
    tools/vision-reference.py --tiny --out models/src/test/resources/golden/vision

The folder then holds:

    projector-f32.gguf, projector-f16.gguf, projector-q8_0.gguf
                  the same weights in three types (--tiny: F16 alone, and the weights are rounded to F16 first)
    picture.png   a picture of the size that the tower takes, so that nothing is resized
    rows.f32      what SiglipVisionModel and Gemma3MultiModalProjector make of it with the unrounded weights, on the
                  CPU in float32: little-endian [tokens, outputs]

A matrix whose rows are no multiple of 32 elements stays F16 in the file of Q8_0, as converters leave it.
With `--time N` nothing is written: the picture is encoded N times with weights of each type of `--types`, and the seconds of each are
printed; `--threads` says on how many threads.
"""
import argparse
import pathlib
import time

import gguf
import numpy as np
import torch
from PIL import Image, ImageDraw
from transformers import Gemma3Config, Gemma3TextConfig, SiglipVisionConfig, SiglipVisionModel
from transformers.models.gemma3.modeling_gemma3 import Gemma3MultiModalProjector

# The names of a block's parts in transformers and in the file.
PARTS = {
    "layer_norm1": "ln1",
    "layer_norm2": "ln2",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.out_proj": "attn_out",
    "mlp.fc1": "ffn_up",
    "mlp.fc2": "ffn_down",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, help="folder to write")
    parser.add_argument("--layers", type=int, default=4, help="blocks of the tower")
    parser.add_argument("--outputs", type=int, default=2560, help="hidden size of the language model")
    parser.add_argument("--tiny", action="store_true", help="two blocks of 144 elements and 56 x 56 pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", type=int, default=0, metavar="N", help="time N encodings with each type")
    parser.add_argument("--types", default="float32,bfloat16", help="types to time")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if not options.time and not options.out:
        parser.error("give --out or --time")
    return options


def shape(options):
    size = dict(hidden_size=1152, intermediate_size=4304, image_size=896, num_attention_heads=16,
                num_hidden_layers=options.layers)
    if options.tiny:
        size = dict(hidden_size=144, intermediate_size=152, image_size=56, num_attention_heads=2, num_hidden_layers=2)
    vision = SiglipVisionConfig(patch_size=14, layer_norm_eps=1e-6, hidden_act="gelu_pytorch_tanh",
                                vision_use_head=False, **size)
    outputs = 256 if options.tiny else options.outputs
    tokens = 4 if options.tiny else 256
    text = Gemma3TextConfig(hidden_size=outputs, num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1)
    return Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=tokens)


def randomise(model, half):
    """Weights of a size at which attention chooses and the residual stream neither fades nor grows without end."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() == 1:
                value.normal_(0, 0.1)
                if "norm" in name and name.endswith("weight") and "soft_emb" not in name:
                    value += 1
            elif "position" in name:
                value.normal_(0, 0.3)
            else:
                inputs = value.shape[0] if "mm_input_projection" in name else value[0].numel()
                wide = 1.6 if "q_proj" in name or "k_proj" in name else 1.0
                value.normal_(0, wide / inputs**0.5)
            if half:
                value.copy_(value.half().float())


def tensors(tower, projector):
    """Pairs of a name in the file and values as the file holds them."""
    weights = {name.removeprefix("vision_model."): v.detach().numpy() for name, v in tower.named_parameters()}
    yield "v.patch_embd.weight", weights["embeddings.patch_embedding.weight"]
    yield "v.patch_embd.bias", weights["embeddings.patch_embedding.bias"]
    yield "v.position_embd.weight", weights["embeddings.position_embedding.weight"]
    for i in range(tower.config.num_hidden_layers):
        for part, stored in PARTS.items():
            for kind in ("weight", "bias"):
                yield f"v.blk.{i}.{stored}.{kind}", weights[f"encoder.layers.{i}.{part}.{kind}"]
    yield "v.post_ln.weight", weights["post_layernorm.weight"]
    yield "v.post_ln.bias", weights["post_layernorm.bias"]
    yield "mm.soft_emb_norm.weight", projector.mm_soft_emb_norm.weight.detach().numpy() + 1
    yield "mm.input_projection.weight", projector.mm_input_projection_weight.detach().numpy()


def write(path, config, values, matrix_type):
    vision = config.vision_config
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "gemma3")
    writer.add_bool("clip.use_gelu", True)
    for key, value in {
        "image_size": vision.image_size,
        "patch_size": vision.patch_size,
        "embedding_length": vision.hidden_size,
        "feed_forward_length": vision.intermediate_size,
        "projection_dim": config.text_config.hidden_size,
        "block_count": vision.num_hidden_layers,
        "attention.head_count": vision.num_attention_heads,
        "projector.scale_factor": vision.image_size // vision.patch_size // int(config.mm_tokens_per_image**0.5),
    }.items():
        writer.add_uint32("clip.vision." + key, value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", vision.layer_norm_eps)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    for name, value in values:
        value = np.ascontiguousarray(value, dtype=np.float32)
        chosen = matrix_type
        if value.ndim == 1 or "position_embd" in name:
            chosen = gguf.GGMLQuantizationType.F32
        elif chosen == gguf.GGMLQuantizationType.Q8_0 and (value.ndim != 2 or value.shape[-1] % 32 or "mm." in name):
            chosen = gguf.GGMLQuantizationType.F16
        if chosen == gguf.GGMLQuantizationType.F16:
            writer.add_tensor(name, value.astype(np.float16))
        elif chosen == gguf.GGMLQuantizationType.Q8_0:
            writer.add_tensor(name, gguf.quantize(value, chosen), raw_dtype=chosen)
        else:
            writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def picture(size, seed):
    """Waves of colour with some shapes and grain on them."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    waves = [np.sin(x * a + y * b + c) for a, b, c in random.uniform(2, 14, (3, 3))]
    grain = random.normal(0, 12, (size, size, 3))
    image = Image.fromarray(np.clip(128 + 80 * np.stack(waves, -1) + grain, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        left, top = random.integers(0, size * 3 // 4, 2)
        side = int(random.integers(size // 10, size // 3))
        colour = tuple(int(v) for v in random.integers(0, 256, 3))
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)([left, top, left + side, top + side], fill=colour)
    return image


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    config = shape(options)
    tower = SiglipVisionModel(config.vision_config).eval()
    projector = Gemma3MultiModalProjector(config).eval()
    randomise(tower, options.tiny)
    randomise(projector, options.tiny)
    image = picture(config.vision_config.image_size, options.seed)
    pixels = torch.from_numpy(np.asarray(image).astype(np.float32)).permute(2, 0, 1)[None] / 255 * 2 - 1

    def encode(dtype):
        with torch.inference_mode():
            return projector(tower(pixel_values=pixels.to(dtype)).last_hidden_state)[0]

    for dtype in options.types.split(",") if options.time else []:
        tower.to(getattr(torch, dtype))
        projector.to(getattr(torch, dtype))
        for _ in range(options.time):
            start = time.perf_counter()
            encode(getattr(torch, dtype))
            print(dtype, f"{time.perf_counter() - start:.3f} s", flush=True)
    if options.time:
        return
    options.out.mkdir(parents=True, exist_ok=True)
    image.save(options.out / "picture.png")
    rows = encode(torch.float32)
    rows.numpy().astype("<f4").tofile(options.out / "rows.f32")
    kinds = ["F16"] if options.tiny else ["F32", "F16", "Q8_0"]
    for kind in kinds:
        path = options.out / f"projector-{kind.lower()}.gguf"
        write(path, config, tensors(tower, projector), gguf.GGMLQuantizationType[kind])
        print(path, path.stat().st_size)
    print("rows", tuple(rows.shape), "norm of a row", float(rows.norm(dim=1).mean()))


if __name__ == "__main__":
    main()
