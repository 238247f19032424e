"""Teams' words out; its transport follows."""
