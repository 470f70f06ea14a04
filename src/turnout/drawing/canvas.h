#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "turnout/base/result.h"

typedef struct _cairo cairo_t;                  // NOLINT: cairo's names
typedef struct _cairo_surface cairo_surface_t;  // NOLINT

/// A sheet to draw on, by cairo: the same picture as SVG, PNG or PDF.
namespace turnout::drawing {

/// Red, green and blue in [0, 1].
using Colour = std::array<double, 3>;

/// Colours for regions, at most eight: told apart by readers with any colour vision, and light
/// enough for black text; of different lightness, so that they are told apart in grey too (after
/// Okabe and Ito 2008, "Color universal design").
Colour region_colour(std::size_t number);
/// A scale from dark blue to light yellow whose lightness rises evenly in grey (after Nunez,
/// Anderton and Renslow 2018, "cividis"). @param share  in [0, 1]
Colour scale_colour(double share);

enum class Anchor : std::uint8_t { kLeft, kMiddle, kRight };

struct Point {
  double x = 0, y = 0;
};

/// Units are points (1/72 inch), the origin is the upper left corner.
class Canvas {
 public:
  void fill_rectangle(Point corner, Point size, Colour colour);
  void fill_polygon(const std::vector<Point>& corners, Colour colour);
  void frame(Point corner, Point size, double width = 1);
  void line(const std::vector<Point>& points, Colour colour, double width, bool dashed = false);
  /// Pieces of lines, as one stroke: where they meet nothing is drawn twice.
  void segments(const std::vector<std::array<Point, 2>>& ends, Colour colour, double width);
  /// A line through the points, with a head at its end.
  void arrow(const std::vector<Point>& points, Colour colour, double width);
  void dot(Point at, double radius, Colour colour);
  void cross(Point at, double size);
  /// @param upright  whether the text runs upwards
  void text(Point at, const std::string& words, double size, Anchor anchor = Anchor::kLeft,
            bool upright = false, bool bold = false);
  [[nodiscard]] double text_width(const std::string& words, double size, bool bold = false) const;
  /// Stretches an image over a rectangle without smoothing; pixels are 0xRRGGBB, row by row from
  /// the top.
  void image(Point corner, Point size, const std::vector<std::uint32_t>& pixels, std::size_t width);
  /// Runs `draw` with everything outside of a rectangle cut off.
  void clipped(Point corner, Point size, const std::function<void()>& draw);

 private:
  friend base::Result<std::string> picture(const std::string& format, Point size,
                                           const std::function<void(Canvas&)>& draw);
  explicit Canvas(cairo_t* cairo) : cairo_(cairo) {}
  cairo_t* cairo_;
};

/// @param format  "svg", "png" (twice as many pixels as points) or "pdf"
/// @returns the bytes of the file; kUnwritable with cairo's reason; kUnsupported without cairo. The same bytes for the same
///   picture.
base::Result<std::string> picture(const std::string& format, Point size,
                                  const std::function<void(Canvas&)>& draw);

/// @returns "svg", "png" or "pdf" for a path that ends so, nothing for another one.
std::string picture_format(const std::string& path);

/// Round numbers between low and high for an axis, about `count` of them; powers of ten and their
/// doubles and halves where it is logarithmic.
std::vector<double> ticks(double low, double high, bool logarithmic, int count = 6);

/// A plot's rectangle and its axes: from the quantities' values to points of the sheet.
class PlotArea {
 public:
  struct Side {
    std::string name;
    double low = 0, high = 1;
    bool logarithmic = false;
  };
  PlotArea(Point corner, Point size, Side x, Side y)
      : corner_(corner), size_(size), x_(std::move(x)), y_(std::move(y)) {}
  [[nodiscard]] Point at(double x, double y) const;
  [[nodiscard]] Point at_shares(
      double x, double y) const;  ///< shares of the ranges, from the lower left corner
  [[nodiscard]] Point corner() const { return corner_; }
  [[nodiscard]] Point size() const { return size_; }
  /// Frame, ticks, numbers and names.
  void draw_axes(Canvas& canvas) const;

 private:
  Point corner_, size_;
  Side x_, y_;
};

}  // namespace turnout::drawing
