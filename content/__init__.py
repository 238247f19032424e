"""What the mentor knows and how it words things: packs of plain files, and finding the right answer in them."""
