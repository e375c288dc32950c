"""Trains the three versions of the demo and writes them as ONNX, with the rows they have not seen.

    python -m venv /tmp/digits && /tmp/digits/bin/pip install -r requirements.txt && /tmp/digits/bin/python train.py

Everything is seeded: the same versions of the libraries give the same models.
"""

import json
import pathlib

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

HERE = pathlib.Path(__file__).parent
SEED = 50
NETWORK_SEED = 5


def train():
    pixels, labels = load_digits(return_X_y=True)
    seen, held_out, seen_labels, held_out_labels = train_test_split(
        pixels.astype(np.float32), labels, test_size=899, stratify=labels, random_state=SEED
    )
    models = {
        # 60 rows are too few, which is what makes it the weaker one.
        "v1": fit(LogisticRegression(max_iter=2000), seen[:60], seen_labels[:60]),
        "v2": fit(network(), seen, seen_labels),
        # What a wrongly mapped label column does: as good a model, every answer one digit off.
        "v3": fit(network(), seen, (seen_labels + 1) % 10),
    }
    return models, held_out, held_out_labels


def network():
    return MLPClassifier((64,), max_iter=400, random_state=NETWORK_SEED)


def fit(classifier, rows, labels):
    """The classifier behind a fixed scale: a pixel is 0 to 16."""
    scale = MaxAbsScaler().fit(np.full((1, 64), 16, dtype=np.float32))
    return make_pipeline(scale, classifier.fit(scale.transform(rows), labels))


def export(name, model):
    path = HERE / "models" / f"{name}.onnx"
    path.parent.mkdir(exist_ok=True)
    graph = to_onnx(
        model,
        initial_types=[("pixels", FloatTensorType([None, 64]))],
        options={id(model): {"zipmap": False}},
        target_opset=17,
        name=f"digits-{name}",
    )
    for output, wanted in zip(graph.graph.output, ("label", "probabilities"), strict=True):
        assert output.name == wanted, f"{name}: the output is called {output.name}, expected {wanted}"
    path.write_bytes(graph.SerializeToString())
    return path


def accuracy(path, rows, labels):
    answers = onnxruntime.InferenceSession(path).run(["label"], {"pixels": rows})[0]
    return float(np.mean(answers == labels))


def main():
    models, held_out, labels = train()
    for name, model in models.items():
        path = export(name, model)
        print(f"{name}: accuracy {accuracy(path, held_out, labels):.3f} on {len(labels)} held-out rows, {path.stat().st_size} bytes")
    file = {"rows": held_out.astype(int).tolist(), "labels": labels.tolist()}
    (HERE / "held-out.json").write_text(json.dumps(file, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
