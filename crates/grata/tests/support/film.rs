//! Films for the stand-in of a camera that Chromium has.

/// A film (YUV4MPEG2, 4:2:0, ten pictures a second) of these pictures, each shown so many times; they are all of one
/// size. The browser plays it again and again.
pub fn film(pictures: &[(&image::RgbImage, usize)]) -> Vec<u8> {
    let (width, height) = (pictures[0].0.width() & !1, pictures[0].0.height() & !1);
    let mut film = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n").into_bytes();
    for (picture, times) in pictures {
        let frame = frame(picture, (width, height));
        for _ in 0..*times {
            film.extend_from_slice(b"FRAME\n");
            film.extend_from_slice(&frame);
        }
    }
    film
}

fn frame(picture: &image::RgbImage, (width, height): (u32, u32)) -> Vec<u8> {
    let yuv = |x: u32, y: u32| {
        let [r, g, b] = picture.get_pixel(x, y).0.map(f32::from);
        [
            0.257 * r + 0.504 * g + 0.098 * b + 16.0,
            -0.148 * r - 0.291 * g + 0.439 * b + 128.0,
            0.439 * r - 0.368 * g - 0.071 * b + 128.0,
        ]
    };
    let mut frame = Vec::new();
    frame.extend((0..height).flat_map(|y| (0..width).map(move |x| yuv(x, y)[0] as u8)));
    for plane in [1, 2] {
        frame.extend(
            (0..height / 2).flat_map(|y| (0..width / 2).map(move |x| yuv(2 * x, 2 * y)[plane] as u8)),
        );
    }
    frame
}
