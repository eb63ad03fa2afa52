#include "kernels/matmul_pack.h"

namespace neural {

namespace {

// Loads [p, p + 4) of four neighbouring lines of a matrix as four vectors across them.
struct Across {
  F32x4 v[kLanes];
  Across(const float* line, size_t stride, size_t p) {
    for (size_t l = 0; l < kLanes; ++l) v[l] = Load(line + l * stride + p);
    Transpose(v[0], v[1], v[2], v[3]);
  }
};

// `count` rows of one tile; those of a row-major matrix four by four, since one by one would take
// longer than the product of a small matrix.
void PackTile(MatrixView a, size_t count, size_t depth, float* packed) {
  size_t done = 0;
  if (a.column_stride == 1) {
    for (; done + kLanes <= count; done += kLanes) {
      const float* line = a.At(done, 0);
      float* target = packed + done;
      size_t p = 0;
      for (; p + kLanes <= depth; p += kLanes) {
        const Across across(line, a.row_stride, p);
        for (size_t l = 0; l < kLanes; ++l) Store(target + (p + l) * count, across.v[l]);
      }
      for (; p < depth; ++p) {
        for (size_t l = 0; l < kLanes; ++l) target[p * count + l] = line[l * a.row_stride + p];
      }
    }
  } else if (a.row_stride == 1) {
    for (; done + kLanes <= count; done += kLanes) {
      for (size_t p = 0; p < depth; ++p) Store(packed + p * count + done, Load(a.At(done, p)));
    }
  }
  for (; done < count; ++done) {
    const float* source = a.At(done, 0);
    float* target = packed + done;
    for (size_t p = 0; p < depth; ++p, source += a.column_stride, target += count)
      *target = *source;
  }
}

void PackFullPanel(MatrixView b, size_t depth, float* packed) {
  for (size_t p = 0; p < depth; ++p, packed += kPanelColumns) {
    const float* row = b.At(p, 0);
    for (size_t j = 0; j < kPanelColumns; j += kLanes) Store(packed + j, Load(row + j));
  }
}

void PackPartOfPanel(MatrixView b, size_t columns, size_t depth, float* packed) {
  for (size_t p = 0; p < depth; ++p, packed += kPanelColumns) {
    const float* row = b.At(p, 0);
    for (size_t j = 0; j < kPanelColumns; ++j) {
      packed[j] = j < columns ? row[j * b.column_stride] : 0;
    }
  }
}

// A full panel of a transposed matrix: four of its columns are four lines of the original.
void PackTransposedPanel(MatrixView b, size_t depth, float* packed) {
  for (size_t j = 0; j < kPanelColumns; j += kLanes) {
    const float* line = b.At(0, j);
    float* target = packed + j;
    size_t p = 0;
    for (; p + kLanes <= depth; p += kLanes) {
      const Across across(line, b.column_stride, p);
      for (size_t l = 0; l < kLanes; ++l) Store(target + (p + l) * kPanelColumns, across.v[l]);
    }
    for (; p < depth; ++p) {
      for (size_t l = 0; l < kLanes; ++l) {
        target[p * kPanelColumns + l] = line[l * b.column_stride + p];
      }
    }
  }
}

}  // namespace

void PackRows(MatrixView a, size_t rows, size_t depth, float* packed) {
  for (size_t i = 0; i < rows;) {
    const size_t count = RowsOfNextTile(rows - i);
    PackTile(a.From(i, 0), count, depth, packed + i * depth);
    i += count;
  }
}

void PackColumns(MatrixView b, size_t columns, size_t depth, size_t panel_stride, float* packed) {
  for (size_t j = 0; j < columns; j += kPanelColumns, packed += panel_stride) {
    const MatrixView panel = b.From(0, j);
    if (columns - j < kPanelColumns) {
      PackPartOfPanel(panel, columns - j, depth, packed);
    } else if (b.column_stride == 1) {
      PackFullPanel(panel, depth, packed);
    } else if (b.row_stride == 1) {
      PackTransposedPanel(panel, depth, packed);
    } else {
      PackPartOfPanel(panel, kPanelColumns, depth, packed);
    }
  }
}

}  // namespace neural
