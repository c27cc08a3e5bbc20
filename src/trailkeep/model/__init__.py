"""What are we talking about: frozen values that know their own questions."""
