"""Hands out what is stored, for those who may ask for it; reads only, also beside a running bot."""
